"""What a sweep is given: unit list, exceptions, period, packs, and the program itself."""
