# Read by llama.cpp's own build (see config.toml). Its binding asks for the `common` library, of which this program uses nothing: it
# is half of the time that llama.cpp takes to compile.
set(LLAMA_BUILD_COMMON OFF CACHE BOOL "" FORCE)
