import VAETrain

TrainCommand.main()
