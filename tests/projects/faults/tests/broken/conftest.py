raise RuntimeError("this conftest raises")
