"""Development only: fine-tuning the sentence encoder on our own messages."""
