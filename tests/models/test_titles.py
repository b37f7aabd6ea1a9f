"""What recipes are called where people read."""

import pytest

from bench.models.titles import called, short, titled


@pytest.mark.parametrize(
    ("recipe", "brief", "full", "heading"),
    [
        ("gan", "the GAN", "the GAN (gan)", "GAN (gan)"),
        ("cvae", "the convolutional VAE", "the convolutional VAE (cvae)", "Convolutional VAE (cvae)"),
        (
            "cvae[equal]",
            "the convolutional VAE",
            "the convolutional VAE on equal footing (cvae[equal])",
            "Convolutional VAE on equal footing (cvae[equal])",
        ),
        ("vae_dense", "the dense VAE", "the dense VAE (vae_dense)", "Dense VAE (vae_dense)"),
        ("gan[latent=3]", "the GAN", "the GAN (gan[latent=3])", "GAN (gan[latent=3])"),
        ("cvae on mnist", "the convolutional VAE on mnist", "the convolutional VAE (cvae) on mnist", None),
        ("mine", "the recipe mine", "the recipe mine", "mine"),
    ],
)
def test_a_recipe_has_one_name(recipe: str, brief: str, full: str, heading: str | None) -> None:
    assert (short(recipe), called(recipe)) == (brief, full)
    assert heading is None or titled(recipe) == heading
