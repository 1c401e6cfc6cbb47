"""What an implementation log claims: its tags, its commands, its statements; read, never run."""
