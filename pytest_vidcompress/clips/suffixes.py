"""What the files of clips are called. What they are, their content says."""

VIDEOS = (
    *(
        ".mp4",
        ".mkv",
        ".webm",
        ".avi",
        ".mov",
        ".m4v",
        ".mpg",
        ".mpeg",
        ".ts",
        ".m2ts",
        ".mts",
        ".flv",
        ".wmv",
    ),
    *(".3gp", ".3g2", ".ogv", ".vob", ".asf", ".divx", ".gif"),
)
ARRAYS = (".npy", ".pt", ".pth")
PICTURES = (".jpg", ".jpeg", ".png")
"""Of the frames of a clip that is a folder."""
