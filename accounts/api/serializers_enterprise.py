"""Shapes of a sign-in with a directory."""

from rest_framework import serializers


class EnterpriseSignInSerializer(serializers.Serializer):
    """Input of a sign-in with a directory."""

    username = serializers.CharField(max_length=255)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)
    config_id = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
