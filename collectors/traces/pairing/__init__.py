"""Puts spans together: which operation each belongs to, who called it, what had been read before.

Facts are said, never taken back, and are the same in whatever order and batches the spans of a trace arrive, as
long as they arrive within the pairing window. How that is done:

- A *run* (`runs`) is one operation within one trace. It begins at a span that is a SERVER or CONSUMER by its kind,
  has no parent or a remote one, or has a parent in another service. Every other span belongs to its parent's run.
- A span whose parent has no run yet *waits* under the parent's id (`placing`), and with it all below it: exporters
  send children first. What still waits when its trace is forgotten stays known at the service's grain, for which no
  other span is needed; `merging` then calls it `unattributed`.
- Whatever becomes known of two spans becomes so at the later one of them: a call when both runs are known, what a
  root reaches when the way up to it is closed, what was told to a host when the read and the call are both there.
  Links (`links`) join runs of different traces in the same way.
- Every sighting goes into a *tally* (`tally`) under what it is of, as a time; facts are made of the tally once for
  a batch, so that a span costs a few appends.
- Open traces are dicts. A trace at rest is packed (`packed`) into columns: 5 bytes of id (`ids`), as many of shape
  and of parent as they need for a span, and some 17 for a trace; spans that call something keep their times as well.
  It is unpacked when another span of it comes, by placing its spans once more with nothing tallied, so nothing is
  lost by packing and nothing but ids and shapes has to be packed. `index` decides when, and forgets what is older
  than the window.
- A client and a server may share an id (Zipkin). The server then goes by another one, and a child is the server's
  if it is of the server's service. Where a tracer leaves out kinds as well, a child of such a server that arrives
  between the two is taken for an operation of its own: nothing tells that a server will come.
"""

from __future__ import annotations

from collectors.traces.pairing.index import Index
from collectors.traces.pairing.tally import Tally, Times, add

__all__ = ["Index", "Tally", "Times", "add"]
