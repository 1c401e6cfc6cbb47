"""What follows from the results of other gates, a room each."""
