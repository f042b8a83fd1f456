def TRIALS(requests):
    return {}
