"""Real peers for tests: servers on free loopback ports, ended by process id."""
