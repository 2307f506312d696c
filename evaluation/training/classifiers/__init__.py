"""Fine-tuning for classification: a head at every exit says whether two programs are clones, or what one program is."""
