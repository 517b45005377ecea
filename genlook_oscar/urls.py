from django.urls import URLPattern

app_name = "genlook_oscar"

urlpatterns: list[URLPattern] = []
