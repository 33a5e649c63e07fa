"""The settings contract: their shape, their defaults, secrets, and the vocabularies that judgements rest on."""
