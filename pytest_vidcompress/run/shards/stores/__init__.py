"""Where results lie: a folder, or what fsspec reaches.

store = open_store("results")           open_store("s3://bucket/results")
store.write("results/ab/0", content)    there whole or not at all; who comes second changes nothing
"0" in store.entries("results/ab")
"""
