"""Encoders with several exits whose weights can be trained: of any HuggingFace encoder, of MoSE, or new."""
