"""One write, one transaction, one function per act. All moves go through `steps`."""
