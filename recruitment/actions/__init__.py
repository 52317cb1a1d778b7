"""What people do in recruitment: publish opportunities, sign up, accept and decline."""
