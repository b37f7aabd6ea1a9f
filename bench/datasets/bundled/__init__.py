"""The image files that are part of the installation, their licences, and the script that made them."""
