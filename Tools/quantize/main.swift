import CSystem
print(system_processor_count())
