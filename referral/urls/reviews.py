"""Reviews of files: drawn, carried out, concluded, corrected."""

from django.urls import path

from referral.views import review_acts, review_files, review_paper, reviews_page

urlpatterns = [
    path("supervision/reviews/", reviews_page.reviews, name="reviews"),
    path("supervision/reviews/draw/", review_acts.review_draw, name="review_draw"),
    path("supervision/reviews/<uuid:pk>/", reviews_page.review, name="review"),
    path("supervision/reviews/<uuid:pk>/check/", reviews_page.review_check, name="review_check"),
    path("supervision/reviews/<uuid:pk>/name/", review_acts.review_name, name="review_name"),
    path("supervision/reviews/<uuid:pk>/take/", review_acts.review_take, name="review_take"),
    path("supervision/reviews/<uuid:pk>/open/", review_acts.review_open, name="review_open"),
    path("supervision/reviews/<uuid:pk>/accept/", review_acts.review_accept, name="review_accept"),
    path("supervision/reviews/<uuid:pk>/conclude/", review_acts.review_conclude, name="review_conclude"),
    path("supervision/reviews/<uuid:pk>/paper/", review_paper.review_paper, name="review_paper"),
    path("supervision/reviews/<uuid:pk>/verify/", review_paper.review_verify, name="review_verify"),
    path("supervision/reviews/files/<uuid:pk>/", review_files.review_file, name="review_file"),
    path("supervision/reviews/files/<uuid:pk>/finding/", review_files.review_finding, name="review_finding"),
    path("supervision/reviews/actions/<uuid:pk>/", review_files.review_action, name="review_action"),
]
