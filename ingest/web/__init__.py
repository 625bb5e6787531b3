"""The web as a place that pages come from: asked politely, and never led to where it should not look."""
