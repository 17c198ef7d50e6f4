"""What is wrong with transcripts, or with how they are compared."""


class TranscriptError(Exception):
    """str() names the file, the line or the utterance, and the remedy."""
