"""A leaderboard as rows, Markdown, HTML, or a Space of the Hub."""
