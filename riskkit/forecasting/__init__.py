"""What is forecast, what may be seen at an origin, and the draws that come out."""
