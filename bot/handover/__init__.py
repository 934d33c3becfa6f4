"""What passes between a service desk and this bot."""
