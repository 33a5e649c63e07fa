"""The settings contract: shape, defaults, secrets, and the vocabularies that judgements rest on."""
