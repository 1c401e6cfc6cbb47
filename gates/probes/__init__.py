"""Our own measuring programs: each reads one JSON file and prints one ToolReport."""
