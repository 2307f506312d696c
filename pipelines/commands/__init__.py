"""The commands: options and output only. One file each, in folders by what they are used for."""
