"""Our own German letters and photographs of them: no real person, company or account in any of them.

``letters.write`` invents a letter, ``render.render`` prints it, ``photograph.photograph`` lays it on a desk
and takes its picture; ``pair.take_pair`` does all three, twice.
"""
