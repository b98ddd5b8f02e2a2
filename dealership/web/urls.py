from django.urls import path

from dealership.web import views

urlpatterns = [
    path("ui/language/", views.set_language, name="set_language"),
    path("ui/theme/", views.set_theme, name="set_theme"),
    path("ui/icons.<str:digest>.svg", views.icon_sprite, name="icon_sprite"),
    path("ui/gallery/", views.gallery, name="gallery"),
]
