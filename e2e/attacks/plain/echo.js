// Something to load.
