from django.urls import path

from dealership.desk.views import board, customers, my_day, vehicles

urlpatterns = [
    path("", my_day.my_day, name="my_day"),
    path("board/", board.board, name="board"),
    path("board/reassign/", board.board_reassign, name="board_reassign"),
    path("search/", customers.search, name="search"),
    path("customers/", customers.customer_list, name="customer_list"),
    path("customers/<int:pk>/", customers.customer_page, name="customer_page"),
    path("bans/<int:pk>/lift/", customers.lift_contact_ban, name="lift_ban"),
    path("vehicles/<int:pk>/", vehicles.vehicle_file, name="vehicle_file"),
    path("vehicles/<int:pk>/appointment/cancel/", vehicles.appointment_cancel, name="appointment_cancel"),
]
