"""What a WSGI server loads: `wsgi:app`."""

from campaign.app import create_app

app = create_app()
