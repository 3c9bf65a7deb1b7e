"""Figures, key check, wipe (contract 3.3, 3.7, 3.8)."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.services import key_guesses
from parts.api.clients.fabrication.base import FabricationView
from parts.selectors import fabrication_stats as stats

NEVER_KEPT = {
    "Cache-Control": "no-cache, no-store, must-revalidate",
    "Pragma": "no-cache",
    "Expires": "0",
}


class StatsView(FabricationView):
    """`/api/parts/stats`."""

    failures = {"GET": "Failed to retrieve statistics"}

    def get(self, request: Request) -> Response:
        """Count parts."""
        return Response(stats.counts())


class DetailedStatsView(FabricationView):
    """`/api/parts/stats/detailed`."""

    failures = {"GET": "Failed to retrieve detailed statistics"}

    def get(self, request: Request) -> Response:
        """Sum amounts and times."""
        return Response(stats.detailed())


class LeaderboardView(FabricationView):
    """`/api/parts/leaderboard`."""

    failures = {"GET": "Failed to retrieve leaderboard"}

    def get(self, request: Request) -> Response:
        """Rank people."""
        return Response({"leaderboard": stats.leaderboard()})


class AuthCheckView(FabricationView):
    """`/api/parts/auth/check`."""

    needs = None
    checks_the_key = True

    def get(self, request: Request) -> Response:
        """Say that the key is valid; 30 times a minute and address."""
        if isinstance(request.auth, str):
            key_guesses.require_check_rate()
        body = {
            "status": "authenticated",
            "message": "API key is valid",
            "timestamp": timezone.now().isoformat(),
        }
        return Response(body, headers=NEVER_KEPT)
