"""What is kept of a visitor, and how it is made unreadable, given out and erased."""
