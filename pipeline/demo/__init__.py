"""What `themes demo` shows: five tagged paragraphs of the sample dump with what carried their tags."""

from pipeline.demo.examples import Example, examples

__all__ = ["Example", "examples"]
