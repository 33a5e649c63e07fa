"""The world that the demo and the tests look at: cloud, registry, databases, a shop, a third party and a mailbox.

Nothing here belongs to the product, and the product imports none of it: `driftline demo` starts
`python -m demo.world` as a process of its own and looks at it from outside, as it would at any estate.
"""
