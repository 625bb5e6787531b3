"""Who asks, and what they may: visitors, keys, passwords, limits, origins."""
