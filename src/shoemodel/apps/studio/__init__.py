"""The browser app: what a stylist does with ShoeModelPipeline, step by step. It holds no logic of its own."""
