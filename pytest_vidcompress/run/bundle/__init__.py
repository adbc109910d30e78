"""`--vc-bundle`: what is needed to look at a failure again, on another machine."""
