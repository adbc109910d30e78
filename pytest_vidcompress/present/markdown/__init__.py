"""What is shown where Markdown is: the summary of a CI step, a comment on a pull request."""
