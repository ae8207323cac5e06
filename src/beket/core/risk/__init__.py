"""Rules, each one sentence of law or of plain sense, over all that is held of one crossing or one document."""
