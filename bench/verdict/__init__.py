"""What a run answers: the claims of the seed, GAN or CVAE, and whether it is the framework."""
