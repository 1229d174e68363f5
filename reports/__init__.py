"""What offices read: terminal tables, the HTML report, the score sheet. Makes no verdict and no point."""
