"""Programs and answers: right, wrong, hostile, and the toolchains that judge them."""
