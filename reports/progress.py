"""PLACEHOLDER until the real module lands."""
class Progress:
    def __init__(self, stream, environ): self.s=stream
    def expect(self, seconds): pass
    def started(self, gate): print(f"{gate}: started", file=self.s, flush=True)
    def ended(self, gate, status, detail, seconds): print(f"{gate}: {status} {detail} {seconds:.1f} s", file=self.s, flush=True)
    def note(self, text): print(text, file=self.s)
    def close(self): pass
