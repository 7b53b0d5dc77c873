import CommandLineInterface

CommandLineInterface.main()
