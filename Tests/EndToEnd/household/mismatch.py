"""What a check throws."""


class Mismatch(Exception):
    """The server's answer is not what the protocol promises; carries the first evidence, ready to print."""

    def __init__(self, summary, *evidence):
        super().__init__(summary)
        self.summary = summary
        self.evidence = list(evidence)

    def within(self, place):
        """The same finding with the place where it was made in front."""
        return Mismatch(f"{place}: {self.summary}", *self.evidence)

    def report(self):
        lines = [self.summary]
        for item in self.evidence[:8]:
            text = str(item)
            lines.append("    " + (text if len(text) <= 400 else text[:400] + "…"))
        return "\n".join(lines)
