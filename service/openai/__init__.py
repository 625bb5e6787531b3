"""The wire format of OpenAI's API, which many clients speak."""
